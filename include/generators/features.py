"""Feature configs as the declarations of the trainer's library."""

from typing import TypeAlias

from include.experiment.config.feature_config import (
    BucketizedFeature,
    CyclicalFeature,
    Feature,
    HashedCrossFeature,
    NumericFeature,
    VocabularyFeature,
)
from include.generators.source_code import Call, Expression, Items

Keywords: TypeAlias = dict[str, Expression]


def preprocessing_call(feature: Feature) -> Call:
    """Returns the declaration of a feature as preprocessing needs it.

    An embedding's width or an id's role is not in it: they do not decide the transformed rows, and must not
    keep a run from using those of an earlier one.
    """
    return _call(feature, {})


def tower_call(feature: Feature) -> Call:
    """Returns the declaration of a feature as a tower needs it."""
    match feature:
        case VocabularyFeature(is_primary_id=True):
            return _call(feature, {"dim": feature.embedding_dim, "primary_id": True})
        case VocabularyFeature() | BucketizedFeature() | HashedCrossFeature():
            return _call(feature, {"dim": feature.embedding_dim})
        case _:
            return _call(feature, {})


def _call(feature: Feature, more: Keywords) -> Call:
    match feature:
        case VocabularyFeature():
            return _of_column("Vocabulary", feature, {**more, **_vocabulary_keywords(feature)})
        case NumericFeature():
            return _of_column("Numeric", feature, {"scaling": feature.scaling.value})
        case BucketizedFeature():
            return _of_column("Bucketized", feature, {**more, "buckets": feature.buckets})
        case CyclicalFeature():
            return _of_column("Cyclical", feature, {"period": feature.period.value})
        case HashedCrossFeature():
            keywords = {**more, "buckets": feature.hash_buckets}
            default_name = "_x_".join(feature.columns)
            return Call(
                "HashedCross", [Items(feature.columns)], {**_named(feature, default_name), **keywords}
            )


def _of_column(
    declaration: str,
    feature: VocabularyFeature | NumericFeature | BucketizedFeature | CyclicalFeature,
    keywords: Keywords,
) -> Call:
    period = f"_{feature.period.value}" if isinstance(feature, CyclicalFeature) else ""
    return Call(declaration, [feature.column], {**_named(feature, f"{feature.column}{period}"), **keywords})


def _named(feature: Feature, default: str) -> Keywords:
    return {} if feature.name == default else {"name": feature.name}


def _vocabulary_keywords(feature: VocabularyFeature) -> Keywords:
    limits = {"max_vocabulary": feature.max_vocabulary, "min_frequency": feature.min_frequency}
    known = {name: n for name, n in limits.items() if n is not None}
    lists: Keywords = {}
    if feature.separator:
        lists = {"separator": feature.separator, "max_values": feature.max_values}
    return {"oov_buckets": feature.oov_buckets, **known, **lists}
