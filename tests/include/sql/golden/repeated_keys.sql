WITH joined_rows AS (
  -- One row is one row of products that a join would find as the newest of its keys.
  SELECT
    products.product
  FROM
    `local.shop.products` AS products
    FOR SYSTEM_TIME AS OF TIMESTAMP '2024-05-01 03:00:00+00:00'
  WHERE
    products.product IS NOT NULL
    AND products.weight IS NOT NULL
  QUALIFY
    RANK() OVER (
      PARTITION BY products.product
      ORDER BY products.weight DESC
    ) = 1
)

SELECT
  product,
  COUNT(*) AS row_count,
  COUNT(*) OVER () AS key_count
FROM
  joined_rows
GROUP BY
  product
HAVING
  COUNT(*) > 1
ORDER BY
  row_count DESC,
  product
LIMIT 1
