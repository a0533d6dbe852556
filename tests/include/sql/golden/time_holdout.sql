-- @window_end TIMESTAMP = "2024-04-30 00:00:00+00:00"
-- @test_start TIMESTAMP = "2024-04-16 00:00:00+00:00"
-- @train_buckets INT64 = 8000
-- @sample_buckets INT64 = 500
-- One row is one interaction of a customer with a product, in one of the splits train, eval and test.
CREATE TABLE IF NOT EXISTS `local.staging.rows_13c618ba2927`
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
    UNIX_SECONDS(purchases.bought_at) AS bought_at,
    purchases.bought_at AS interaction_date
  FROM
    `local.shop.purchases` AS purchases
  LEFT JOIN
    `local.shop.products` AS products
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
    sample_bucket * 10000 + split_bucket AS sample_order,
    CASE
      WHEN interaction_date >= @test_start THEN 'test'
      WHEN split_bucket < @train_buckets THEN 'train'
      ELSE 'eval'
    END AS split
  FROM
    bucketed_interactions
),

sampled_interactions AS (
  -- One row is one row, in the sample or left out of it.
  SELECT
    *,
    split = 'test'
      OR sample_bucket < @sample_buckets
      OR split = 'train' AND sample_order = MIN(sample_order) OVER (PARTITION BY split, customer)
      OR split = 'train' AND sample_order = MIN(sample_order) OVER (PARTITION BY split, product) AS is_chosen
  FROM
    split_interactions
)

SELECT
  customer,
  product,
  bought_at,
  -- What a customer had bought is asked of all rows, of those outside the sample too.
  IF(is_chosen, split, 'history') AS split
FROM
  sampled_interactions
