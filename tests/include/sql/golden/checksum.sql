SELECT
  COUNT(*) AS row_count,
  CAST(SUM(CAST(FARM_FINGERPRINT(TO_JSON_STRING(STRUCT(
    purchases.bought_on,
    purchases.customer,
    purchases.paid,
    purchases.product
  ))) AS BIGNUMERIC)) AS STRING) AS checksum
FROM
  `local.shop.purchases` AS purchases
WHERE
  purchases.bought_on >= @window_start
  AND purchases.bought_on < @window_end
