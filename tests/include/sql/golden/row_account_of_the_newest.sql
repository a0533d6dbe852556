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

steps AS (
  -- One row is one row of purchases within the window or without a date, with the first step that drops it.
  SELECT
    CASE
      WHEN purchases.bought_at IS NULL THEN 'undated'
      WHEN (NULLIF(purchases.customer, '') IS NOT NULL) IS NOT TRUE THEN 'id_customer'
      WHEN (purchases.product IS NOT NULL) IS NOT TRUE THEN 'id_product'
      ELSE 'kept'
    END AS step,
    CASE
      WHEN purchases.bought_at IS NULL THEN FALSE
      WHEN (NULLIF(purchases.customer, '') IS NOT NULL) IS NOT TRUE THEN FALSE
      WHEN (purchases.product IS NOT NULL) IS NOT TRUE THEN FALSE
      ELSE FALSE
    END AS is_missing
  FROM
    `local.shop.purchases` AS purchases
    FOR SYSTEM_TIME AS OF TIMESTAMP '2024-05-01 03:00:00+00:00'
  LEFT JOIN
    latest_products AS products
    ON purchases.product = products.product
  WHERE
    purchases.bought_at IS NULL
    OR (purchases.bought_at < @window_end)
)

SELECT
  step,
  is_missing,
  COUNT(*) AS row_count
FROM
  steps
GROUP BY
  step,
  is_missing
