-- @window_end DATETIME = "2024-04-30 00:00:00"
-- @test_start DATETIME = "2024-04-16 00:00:00"
-- @eval_start DATETIME = "2024-04-02 00:00:00"
-- One row is one interaction of a customer with a product, in one of the splits train, eval and test.
CREATE TABLE IF NOT EXISTS `local.staging.rows_a474e0bb8cca`
CLUSTER BY split
OPTIONS (
  description = 'Rows of dataset shop, staged by recsflow',
  expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 30 DAY),
  labels = [('application', 'recsflow'), ('dataset', 'shop')]
)
AS
WITH interactions AS (
  -- One row is one row of purchases within the window, with its joined attributes.
  SELECT
    NULLIF(purchases.customer, '') AS customer,
    purchases.product,
    UNIX_SECONDS(CAST(purchases.bought_local AS TIMESTAMP)) AS bought_local,
    purchases.bought_local AS interaction_date
  FROM
    `local.shop.purchases` AS purchases
  LEFT JOIN
    `local.shop.products` AS products
    ON purchases.product = products.product
  WHERE
    purchases.bought_local < @window_end
    AND NULLIF(purchases.customer, '') IS NOT NULL
    AND purchases.product IS NOT NULL
),

bucketed_interactions AS (
  -- The same rows. A bucket is 0 to 9999 and depends on what a row says: equal rows share it, and a larger
  -- sample contains every smaller one. The prefixes make the two buckets independent.
  SELECT
    *,
    ABS(MOD(FARM_FINGERPRINT(CONCAT(
      'split',
      '|', customer,
      '|', CAST(product AS STRING),
      '|', CAST(bought_local AS STRING)
    )), 10000)) AS split_bucket,
    ABS(MOD(FARM_FINGERPRINT(CONCAT(
      'sample',
      '|', customer,
      '|', CAST(product AS STRING),
      '|', CAST(bought_local AS STRING)
    )), 10000)) AS sample_bucket
  FROM
    interactions
),

split_interactions AS (
  -- The same rows, each in one split.
  SELECT
    *,
    CASE
      WHEN interaction_date >= @test_start THEN 'test'
      WHEN interaction_date >= @eval_start THEN 'eval'
      ELSE 'train'
    END AS split
  FROM
    bucketed_interactions
)

SELECT
  customer,
  product,
  bought_local,
  split
FROM
  split_interactions
