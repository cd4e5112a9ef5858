// SPDX-License-Identifier: Apache-2.0
#include "shell/store/testing.hpp"

#include <cstdlib>

#include "shell/store/postgres_connection.hpp"
#include "shell/store/sqlite_connection.hpp"

namespace belay::store::testing {

Database::Database(Dialect dialect) {
  if (dialect == Dialect::sqlite) {
    std::string name = (std::filesystem::temp_directory_path() / "belay-store-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    spec_ = "sqlite:" + (directory_ / "belay.db").string();
    connection_ = connect_sqlite(directory_ / "belay.db").value();
  } else {
    static int number = 0;
    spec_ = server().create_database("belay_" + std::to_string(++number));
    connection_ = connect_postgres(parse_postgres_url(spec_).value()).value();
  }
}

Database::~Database() {
  connection_.reset();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

std::unique_ptr<Store> Database::open() const { return open_store(spec_).value(); }

Rows Database::run(const std::string& sql, const std::vector<Cell>& parameters) {
  return must(connection_->run(sql, parameters));
}

std::string Database::ask(const std::string& sql) {
  const Rows rows = run(sql);
  if (rows.rows.empty()) return "";
  return rows.rows[0][0].value_or("NULL");
}

belay::testing::TemporaryPostgres& Database::server() {
  static belay::testing::TemporaryPostgres server;
  return server;
}

void StoreTest::migrate() { ASSERT_TRUE(store->migrate().has_value()); }

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

Lot simple_lot(const std::string& uid) {
  Lot lot;
  lot.uid = LotUid(uid);
  lot.account = "main";
  lot.instrument = instrument_of("AAPL");
  lot.original_quantity = 10_qty;
  lot.quantity = 10_qty;
  lot.entry_price = 100_price;
  lot.entry_time = at("2026-01-26T15:00:00Z");
  return lot;
}

}  // namespace belay::store::testing
