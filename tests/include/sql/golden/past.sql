-- @window_end TIMESTAMP = "2024-04-30 00:00:00+00:00"
-- @test_start TIMESTAMP = "2024-04-16 00:00:00+00:00"
-- @train_buckets INT64 = 8000
-- One row is one interaction of a customer with a product, in one of the splits train, eval and test.
CREATE TABLE IF NOT EXISTS `local.staging.rows_f65746632ea3`
CLUSTER BY split
OPTIONS (
  description = 'Rows of dataset newest_shop, staged by recsflow',
  expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 30 DAY),
  labels = [('application', 'recsflow'), ('dataset', 'newest_shop')]
)
AS
WITH latest_products AS (
  -- One row is the newest row of products with its keys.
  SELECT
    *
  FROM
    `local.shop.products` AS products
    FOR SYSTEM_TIME AS OF TIMESTAMP '2024-05-01 03:00:00+00:00'
  WHERE
    products.weight IS NOT NULL
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY products.product
      ORDER BY products.weight DESC
    ) = 1
),

interactions AS (
  -- One row is one row of purchases within the window, with its joined attributes.
  SELECT
    NULLIF(purchases.customer, '') AS customer,
    purchases.product,
    UNIX_SECONDS(purchases.bought_at) AS bought_at,
    purchases.bought_at AS interaction_date
  FROM
    `local.shop.purchases` AS purchases
    FOR SYSTEM_TIME AS OF TIMESTAMP '2024-05-01 03:00:00+00:00'
  LEFT JOIN
    latest_products AS products
    ON purchases.product = products.product
  WHERE
    purchases.bought_at < @window_end
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
      '|', CAST(bought_at AS STRING)
    )), 10000)) AS split_bucket,
    ABS(MOD(FARM_FINGERPRINT(CONCAT(
      'sample',
      '|', customer,
      '|', CAST(product AS STRING),
      '|', CAST(bought_at AS STRING)
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
      WHEN split_bucket < @train_buckets THEN 'train'
      ELSE 'eval'
    END AS split
  FROM
    bucketed_interactions
)

SELECT
  customer,
  product,
  bought_at,
  split
FROM
  split_interactions
