// SPDX-License-Identifier: Apache-2.0
// Where the exchange deliberately answers otherwise than the documents say, and why. `operation` is matched against
// "METHOD /template status". An entry that no reply needs any more fails the run.
export const deviations = [
  {
    operation: /^(GET|POST|PATCH|DELETE) \/v2\/(account|orders|positions|clock|assets|options|calendar|watchlists).* (400|401|404|422|429|500)$/,
    complaint: /^status \d+ is not documented$/,
    reason: 'the trading document lists few of the errors that the broker answers with; their bodies are judged all the same',
  },
  {
    operation: /\/v2\/(orders|positions)/,
    complaint: /legs must be object, is null$/,
    reason: 'the broker answers "legs": null inside of legs, the document knows an object only',
  },
  {
    operation: /\/v2\/(orders|positions)/,
    complaint: /^unknown field .*\.(source|subtag)$/,
    reason: 'the broker answers with source and subtag, which the document shows in examples only',
  },
  {
    operation: /\/v2\/orders/,
    complaint: /\/(asset_class|side|type) must be equal to one of the allowed values, is ""$|\/asset_id must match format "uuid", is ""$|\/symbol must NOT have fewer than 1 characters, is ""$|^missing field .*\.position_intent$|^unknown field .*\.legs\[\]\.(ratio_qty|expires_at)$/,
    reason: 'a multi-leg order has no instrument and no side, and its legs no type: so the document\'s examples, in spite of its schema',
  },
  {
    operation: /^GET \/v2\/orders 200$/,
    complaint: /^missing field \[\]\.expires_at$/,
    reason: 'orders booked as of the past with POST /_sim/position have no expiry; clients must live without one',
  },
  {
    operation: /^GET \/v2\/positions.* 200$/,
    complaint: /^missing field .*\.(usd|swap_rate|avg_entry_swap_rate|prev_swap_rate)$/,
    reason: 'only accounts in another currency than the dollar have these',
  },
  {
    operation: /^GET \/v2\/stocks\/.*snapshot/,
    complaint: /(minuteBar|dailyBar|prevDailyBar) must be object, is null$/,
    reason: 'a stock has no bars before its first minute and its first day are over; the broker answers null as well',
  },
  {
    operation: /^GET \/v1beta1\/options\/snapshots/,
    complaint: /^missing field .*\.(minuteBar|dailyBar|prevDailyBar|greeks|impliedVolatility)$/,
    reason: 'as at the broker: no bars before the first trade, no model where no volatility explains the price',
  },
  {
    operation: /^GET \/(v2\/stocks|v1beta1\/options)\//,
    complaint: /^missing field .*(\.currency|\.trades?(\{\}|\[\])*\.u|\.latestTrade\.u)$/,
    reason: 'currency answers a request parameter; u marks trades that were corrected',
  },
  {
    operation: /^GET \/v2\/assets/,
    complaint: /^missing field .*\.(min_order_size|min_trade_increment|price_increment)$/,
    reason: 'these are of crypto only',
  },
  {
    operation: /^GET \/v2\/options\/contracts/,
    complaint: /^missing field .*\.(close_price|close_price_date|deliverables)$/,
    reason: 'a contract has no close before its first day ends, and deliverables only when asked for',
  },
  {
    operation: /^GET \/v2\/account\/activities/,
    complaint: /^(unknown field \[\]\.(description|price)|missing field \[\]\.(cusip|per_share_amount|activity_sub_type))$/,
    reason: 'activities of options carry a description and neither dividends nor a subtype',
  },
  {
    operation: /^GET \/v2\/account\/activities/,
    complaint: /^missing field \[\]\.(symbol|qty|group_id)$/,
    reason: 'where cash alone came or went there is neither a symbol nor a quantity, nor anything that it belongs to',
  },
  {
    operation: /^GET \/v2beta1\/events\/activities 200$/,
    complaint: /^missing field \[\]\.(activity_subtype|net_amount|price|qty|previous_id|swap_fee_bps|swap_rate|details\.[a-z_]+)$|^unknown field \[\]\.details\.(description|system_date|group_id)$/,
    reason: 'the document tells the kinds of activities apart by nothing that a judge could use; what one has, another has not',
  },
  {
    operation: /^GET \/v1\/corporate-actions 200$/,
    complaint: /^missing field \.corporate_actions\.[a-z_]+$/,
    reason: 'a kind of corporate action of which nothing is announced is absent; this world splits, spins off and renames',
  },
  {
    operation: /^GET \/(v1|v1beta1\/events)\/corporate-actions 200$/,
    complaint: /^missing field (\.corporate_actions\.[a-z_]+\[\]|\[\]\.ca)\.([a-z]+_)?(currency|isin|due_bill_redemption_date|payable_date|record_date)$/,
    reason: 'announcements have a day on which they take effect, and neither an ISIN nor a course of settlement',
  },
  {
    operation: /\/v2\/watchlists/,
    complaint: /^missing field .*assets\[\]\.(min_order_size|min_trade_increment|price_increment)$/,
    reason: 'watched assets are shown as GET /v2/assets shows them',
  },
  {
    operation: /^GET \/v3\/(clock|calendar)/,
    complaint: /^missing field .*(\.market\.bic|\.lunch_(start|end)|\.(pre|post)_(start|end))$/,
    reason: 'American markets have no lunch, options no extended hours, and the exchange does not know its business identifier',
  },
  {
    operation: /^GET \/v2\/account\/portfolio\/history 200$/,
    complaint: /^missing field .*\.base_value_asof$/,
    reason: 'an account has no close to compare with before its first day ends',
  },
];

// Where a document contradicts itself: what it is read as instead.
export const corrections = [
  {
    document: 'trading',
    schema: 'NonTradeActivities',
    property: 'date',
    format: 'date',
    reason: 'the schema calls the day of an activity a date-time, its example is "2019-08-01"',
  },
];
