WITH steps AS (
  -- One row is one row of purchases within the window or without a date, with the first step that drops it.
  SELECT
    CASE
      WHEN purchases.bought_on IS NULL THEN 'undated'
      WHEN (products.product IS NOT NULL) IS NOT TRUE THEN 'join_products'
      WHEN (NULLIF(purchases.customer, '') IS NOT NULL) IS NOT TRUE THEN 'id_customer'
      WHEN (purchases.product IS NOT NULL) IS NOT TRUE THEN 'id_product'
      WHEN (COALESCE(NULLIF(products.brand, '') NOT IN (@condition_0_0, @condition_0_1), TRUE)) IS NOT TRUE THEN 'condition_0'
      WHEN (purchases.paid >= @condition_1) IS NOT TRUE THEN 'condition_1'
      WHEN (NULLIF(products.brand, '') IS NOT NULL) IS NOT TRUE THEN 'condition_2'
      ELSE 'kept'
    END AS step,
    CASE
      WHEN purchases.bought_on IS NULL THEN FALSE
      WHEN (products.product IS NOT NULL) IS NOT TRUE THEN FALSE
      WHEN (NULLIF(purchases.customer, '') IS NOT NULL) IS NOT TRUE THEN FALSE
      WHEN (purchases.product IS NOT NULL) IS NOT TRUE THEN FALSE
      WHEN (COALESCE(NULLIF(products.brand, '') NOT IN (@condition_0_0, @condition_0_1), TRUE)) IS NOT TRUE THEN NULLIF(products.brand, '') IS NULL
      WHEN (purchases.paid >= @condition_1) IS NOT TRUE THEN purchases.paid IS NULL
      WHEN (NULLIF(products.brand, '') IS NOT NULL) IS NOT TRUE THEN FALSE
      ELSE FALSE
    END AS is_missing
  FROM
    `local.shop.purchases` AS purchases
  LEFT JOIN
    `local.shop.products` AS products
    ON purchases.product = products.product
  WHERE
    purchases.bought_on IS NULL
    OR (purchases.bought_on >= @window_start AND purchases.bought_on < @window_end)
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
