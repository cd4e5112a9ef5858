// SPDX-License-Identifier: Apache-2.0
#include "sim/exchange/order_store.hpp"

#include <algorithm>
#include <utility>

namespace belay::sim {

OrderRecord& OrderStore::add(Order order) {
  const std::size_t index = records_.size();
  by_id_[order.id] = index;
  by_client_id_[{order.account, order.client_id.text()}] = index;
  if (!is_terminal(order.status)) open_by_symbol_[order.symbol].push_back(index);
  OrderRecord& record = records_.emplace_back();
  record.order = std::move(order);
  record.index = index;
  return record;
}

const OrderRecord* OrderStore::find(std::string_view account, const OrderId& id) const {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || records_[found->second].order.account != account) return nullptr;
  return &records_[found->second];
}

OrderRecord* OrderStore::find(std::string_view account, const OrderId& id) {
  const OrderRecord* found = std::as_const(*this).find(account, id);
  return found == nullptr ? nullptr : &records_[found->index];
}

const OrderRecord* OrderStore::find_by_client_id(std::string_view account, std::string_view client_id) const {
  const auto found = by_client_id_.find({std::string(account), std::string(client_id)});
  return found == by_client_id_.end() ? nullptr : &records_[found->second];
}

std::vector<std::size_t> OrderStore::open() const {
  std::vector<std::size_t> all;
  for (const auto& [symbol, indices] : open_by_symbol_) all.insert(all.end(), indices.begin(), indices.end());
  std::ranges::sort(all);
  return all;
}

std::vector<std::size_t> OrderStore::open(std::string_view symbol) const {
  const auto found = open_by_symbol_.find(symbol);
  return found == open_by_symbol_.end() ? std::vector<std::size_t>{} : found->second;
}

std::vector<std::size_t> OrderStore::open_beginning_with(std::string_view prefix) const {
  std::vector<std::size_t> all;
  for (auto at = open_by_symbol_.lower_bound(prefix); at != open_by_symbol_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    all.insert(all.end(), at->second.begin(), at->second.end());
  }
  return all;
}

void OrderStore::retire(const OrderRecord& record) {
  const auto found = open_by_symbol_.find(record.order.symbol);
  if (found == open_by_symbol_.end()) return;
  std::erase(found->second, record.index);
  if (found->second.empty()) open_by_symbol_.erase(found);
}

void OrderStore::take_place(OrderRecord& old, OrderRecord& next) {
  next.parent = old.parent;
  if (old.parent) std::ranges::replace(records_[*old.parent].children, old.index, next.index);
  if (!next.children.empty()) return;
  next.children = std::exchange(old.children, {});
  for (const std::size_t child : next.children) records_[child].parent = next.index;
}

Order OrderStore::snapshot(const OrderRecord& record) const {
  Order order = record.order;
  for (const std::size_t child : record.children) order.legs.push_back(records_[child].order);
  return order;
}

std::vector<std::size_t> OrderStore::open_rivals(const OrderRecord& record) const {
  std::vector<std::size_t> rivals;
  const auto consider = [&](std::size_t index) {
    const OrderRecord& other = records_[index];
    const bool is_exit = other.role == GroupRole::target || other.role == GroupRole::stop;
    if (index != record.index && is_exit && !other.is_over()) rivals.push_back(index);
  };
  const OrderRecord& head = record.parent ? records_[*record.parent] : record;
  if (head.role == GroupRole::entry && !record.parent) return rivals;  // an entry is nobody's rival
  consider(head.index);
  for (const std::size_t child : head.children) consider(child);
  return rivals;
}

}  // namespace belay::sim
