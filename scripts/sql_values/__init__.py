"""Made-up values that sqlfluff renders the SQL templates with; plain text stands in their .sqlfluff."""

from types import SimpleNamespace

_latest = SimpleNamespace(
    keys=("products.product",),
    column="products.valid_from",
    condition="products.valid_from < @latest_products_before",
)
join = SimpleNamespace(
    table="`local.shop.products`",
    kind="LEFT",
    alias="products",
    keys=("purchases.product = products.product",),
    matched="products.product",
    latest=_latest,
    conditions=(_latest.condition,),
    cte="latest_products",
)
joins = (join,)
