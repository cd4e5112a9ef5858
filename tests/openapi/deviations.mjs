// SPDX-License-Identifier: Apache-2.0
// Where the exchange deliberately answers otherwise than the documents say, and why. `operation` is matched against
// "METHOD /template status". An entry that no reply needs any more fails the run.
export const deviations = [
  {
    operation: /^(GET|POST|DELETE) \/v2\/(account|orders|positions|clock|assets|options|calendar).* (400|401|404|422|429|500)$/,
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
    reason: 'the exchange keeps no bars of the running day; parts of a snapshot may be null at the broker too',
  },
  {
    operation: /^GET \/v1beta1\/options\/snapshots/,
    complaint: /^missing field .*\.(minuteBar|dailyBar|prevDailyBar|greeks|impliedVolatility)$/,
    reason: 'the exchange has no option bars and no option model; at the broker these are absent for quiet contracts too',
  },
  {
    operation: /^GET \/v2\/stocks\//,
    complaint: /^missing field .*(\.currency|rade(s\{\})?\.u)$/,
    reason: 'currency answers a request parameter; u marks trades that were corrected',
  },
  {
    operation: /^GET \/v2\/assets/,
    complaint: /^missing field .*\.(easy_to_borrow|min_order_size|min_trade_increment|price_increment)$/,
    reason: 'easy_to_borrow ended on 22 September 2026; the others are of crypto only',
  },
  {
    operation: /^GET \/v2\/options\/contracts/,
    complaint: /^missing field .*\.(close_price|close_price_date|deliverables)$/,
    reason: 'a contract has no close before its first day ends, and deliverables only when asked for',
  },
  {
    operation: /^GET \/v2\/account\/activities/,
    complaint: /^(unknown field \[\]\.description|missing field \[\]\.(cusip|per_share_amount|activity_sub_type))$/,
    reason: 'activities of options carry a description and neither dividends nor a subtype',
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
