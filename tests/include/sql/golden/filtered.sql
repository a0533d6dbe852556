-- @window_start DATE = "2024-01-21"
-- @window_end DATE = "2024-04-30"
-- @condition_0_0 STRING = "brand 1"
-- @condition_0_1 STRING = "it's `quoted`, \"double\",\nnew line \\ and @window_end; DROP TABLE x --"
-- @condition_1 NUMERIC = "2.5"
-- @test_start DATE = "2024-04-16"
-- @eval_start DATE = "2024-04-02"
-- @top_revenue_share FLOAT64 = 0.8
-- @min_interactions_per_customer INT64 = 60
-- @sample_buckets INT64 = 1000
-- One row is one interaction of a customer with a product, in one of the splits train, eval and test.
CREATE TABLE IF NOT EXISTS `local.staging.rows_049b92ee2814`
CLUSTER BY split
OPTIONS (
  description = 'Rows of dataset filtered_shop, staged by recsflow',
  expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 30 DAY),
  labels = [('application', 'recsflow'), ('dataset', 'filtered_shop')]
)
AS
WITH interactions AS (
  -- One row is one row of purchases within the window, with its joined attributes.
  SELECT
    NULLIF(purchases.customer, '') AS customer,
    purchases.product,
    UNIX_SECONDS(CAST(purchases.bought_on AS TIMESTAMP)) AS bought_on,
    purchases.bought_on AS interaction_date,
    CAST(purchases.paid AS FLOAT64) AS interaction_revenue
  FROM
    `local.shop.purchases` AS purchases
  INNER JOIN
    `local.shop.products` AS products
    ON purchases.product = products.product
  WHERE
    purchases.bought_on >= @window_start
    AND purchases.bought_on < @window_end
    AND products.product IS NOT NULL
    AND NULLIF(purchases.customer, '') IS NOT NULL
    AND purchases.product IS NOT NULL
    AND COALESCE(NULLIF(products.brand, '') NOT IN (@condition_0_0, @condition_0_1), TRUE)
    AND purchases.paid >= @condition_1
    AND NULLIF(products.brand, '') IS NOT NULL
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
      '|', CAST(bought_on AS STRING)
    )), 10000)) AS split_bucket,
    ABS(MOD(FARM_FINGERPRINT(CONCAT(
      'sample',
      '|', customer,
      '|', CAST(product AS STRING),
      '|', CAST(bought_on AS STRING)
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
      WHEN interaction_date >= @eval_start THEN 'eval'
      ELSE 'train'
    END AS split
  FROM
    bucketed_interactions
),

product_revenue AS (
  -- One row is one product of train and eval rows, with the revenue of all products that sell better.
  SELECT
    product,
    SUM(SUM(interaction_revenue)) OVER () AS total_revenue,
    SUM(SUM(interaction_revenue)) OVER (
      ORDER BY
        SUM(interaction_revenue) DESC,
        product
    ) - SUM(interaction_revenue) AS revenue_above
  FROM
    split_interactions
  WHERE
    split != 'test'
  GROUP BY
    product
),

top_products AS (
  -- One row is one of the best-selling products that together make up the share.
  SELECT
    product
  FROM
    product_revenue
  WHERE
    revenue_above < @top_revenue_share * total_revenue
),

active_customers AS (
  -- One row is one customer with enough train and eval rows of top products.
  SELECT
    customer
  FROM
    split_interactions
  WHERE
    split != 'test'
    AND product IN (SELECT product FROM top_products)
  GROUP BY
    customer
  HAVING
    COUNT(*) >= @min_interactions_per_customer
),

sampled_interactions AS (
  -- One row is one row that the filters keep, in the sample or left out of it.
  SELECT
    *,
    split = 'test'
      OR sample_bucket < @sample_buckets
      OR split = 'train' AND sample_order = MIN(sample_order) OVER (PARTITION BY split, customer)
      OR split = 'train' AND sample_order = MIN(sample_order) OVER (PARTITION BY split, product) AS is_chosen
  FROM
    split_interactions
  WHERE
    product IN (SELECT product FROM top_products)
    AND customer IN (SELECT customer FROM active_customers)
)

SELECT
  customer,
  product,
  bought_on,
  -- What a customer had bought is asked of all rows, of those outside the sample too.
  IF(is_chosen, split, 'history') AS split
FROM
  sampled_interactions
