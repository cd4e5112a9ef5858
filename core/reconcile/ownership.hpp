// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/reconcile/ledger.hpp"
#include "core/trading/account.hpp"
#include "core/trading/execution.hpp"
#include "core/trading/lot.hpp"
#include "core/trading/policy.hpp"

namespace belay::reconcile {

/// What the comparison looks at: the book on one side, one consistent read of the broker on the other.
struct Book {
  std::vector<const Lot*> lots;            ///< open and closing
  std::set<LotUid> others;                 ///< of them: those whose symbol means another asset now
  std::vector<const Lot*> closed;          ///< lately: what opened them opens nothing again
  std::map<std::string, Quantity> absent;  ///< by symbol: of what the lots have, known not to be there
  std::map<std::string, Holding> holdings;
  std::map<OrderId, Order> orders;    ///< known ones, children too
  std::vector<Execution> executions;  ///< never imported, newest first
  std::string account_number;
  Timestamp now;
};

/// An execution that opens a lot for the shares that are there.
struct Claim {
  Execution execution;
  Quantity quantity;  ///< to be held by the new lot, what our own exits already sold included
};

/// An execution whose shares are gone, or that is too young to judge.
struct Unclaimed {
  Execution execution;
  std::string why;
};

/// An execution that arrived after its shares were adopted: the lot becomes its lot.
struct Merge {
  LotUid lot;
  Execution execution;
};

/// A lot whose entry order filled further since it was claimed.
struct Growth {
  LotUid lot;
  Quantity by;
};

/// A holding, or a part of one, that nothing explains.
struct Orphan {
  Instrument instrument;
  Quantity quantity;  ///< signed
  Price average_entry;
  bool beside_lots = false;  ///< there are lots of this symbol too
};

/// Lots of the symbol claim more than the broker holds.
struct Shortfall {
  std::string symbol;
  Quantity missing;
  Quantity held;     ///< signed
  Quantity claimed;  ///< signed
  std::vector<LotUid> lots;
};

/// The broker holds the opposite of what the lots say.
struct SignChange {
  std::string symbol;
  Quantity held;
  Quantity claimed;  ///< signed
};

/// What the lot holds goes by another symbol now.
struct Rename {
  LotUid lot;
  Instrument now;
};

/// What the broker holds under the lot's symbol is something else: the symbol was given to another company.
struct OtherAsset {
  LotUid lot;
  std::string held_asset;
};

/// Every difference, as data.
struct Differences {
  std::vector<Claim> claims;
  std::vector<Merge> merges;
  std::vector<Growth> growths;
  std::vector<Unclaimed> history;   ///< settled: the shares are gone
  std::vector<Unclaimed> deferred;  ///< to be asked again in the next pass
  std::vector<Orphan> orphans;
  std::vector<Shortfall> shortfalls;
  std::vector<SignChange> sign_changes;
  std::vector<std::string> settling;  ///< symbols left alone: something left a moment ago, positions may lag
};

Differences compare(const Book& book, const Policy& policy);

/// Lots and holdings by asset id, where both are known: what was renamed, and what only bears the same name.
struct Identities {
  std::vector<Rename> renames;
  std::vector<OtherAsset> others;
};
Identities identify(const Book& book);

/// The uid that a lot from this execution bears: of the account number, key, symbol and entry time.
LotUid uid_of(const Execution& execution, const std::string& account_number);

/// The uid of the n-th lot that is adopted for a holding whose fills are out of reach: it has no other fact of its own.
LotUid uid_of_holding(const std::string& symbol, int n, const std::string& account_number);

/// Whether a holding that went from `before` to `after` without a fill did so in the proportion of a reverse split
/// (1 for 2, 3, 4, 5, …; what is left of a share is paid in cash). Half of it sold without a trace looks the same: a
/// person has to tell.
bool looks_like_reverse_split(Quantity before, Quantity after);

}  // namespace belay::reconcile
