"""Decide whether a run's model becomes the champion of its DAG, and make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

from include.artifacts.experiment import ExperimentFolder
from include.experiment.config.promotion_rule import PromotionRule
from include.experiment.config.schedule_loader import load_schedule
from include.promotion.contenders import as_champion, as_served, read_candidate
from include.promotion.gate import decide
from include.tracking import champions
from include.tracking.comparison import record_comparison
from include.tracking.scores import read_scores
from recsflow.errors import ChampionChanged
from recsflow.experiments.files import read_experiment
from recsflow.extensions.assets import champion_asset
from recsflow.extensions.links import RegisteredModelLink
from recsflow.log import say
from recsflow.run_notes.keys import DECISION_KEY
from recsflow.settings import Settings, load_settings

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.experiment.resolve.experiment import Experiment
    from recsflow.handovers import ScoringHandover

BACKFILL = "backfill"


def promote(experiment: str, recorded: str, scored: ScoringHandover, context: Context) -> str:
    """Compare the model with the champion and the best baseline, record the decision, and act on it.

    Args:
        experiment: URI of the resolved experiment.
        recorded: Id of its MLflow run.
        scored: What score_models returns.
        context: Of the task at hand.

    Returns:
        The decision with its reasons.

    Raises:
        AirflowSkipException: The champion stays; what follows a promotion is skipped then.
        ChampionChanged: The models were compared with another champion than there is now.
    """
    settings = load_settings()
    name, folder = context["dag"].dag_id, ExperimentFolder.holding(experiment)
    backfilled = context["dag_run"].run_type == BACKFILL
    resolved, scores = read_experiment(experiment), read_scores(scored["metrics_uri"])
    current = _champion(name, scored["champion_version"], resolved.experiment_id, settings)
    rule = _rule(resolved)
    candidate = read_candidate(folder, resolved, rule, scores)
    champion = as_served(current, candidate.metric, scores) if current else None
    decision = decide(rule, candidate, champion, backfilled=backfilled)
    say("promote", str(decision))
    context["ti"].xcom_push(key=DECISION_KEY, value=str(decision))
    RegisteredModelLink.publish(context, settings.registered_model_link(name))
    if champion is None or champion.experiment_id != candidate.experiment_id:
        known = (champion.version, champion.saw(candidate)) if champion else None
        tracking_uri = settings.mlflow_tracking_uri
        record_comparison(recorded, scores, str(decision), known, tracking_uri=tracking_uri)
        if not backfilled:  # every model is a version, since a person may decide otherwise
            registered = as_champion(folder, resolved)
            version = champions.register(name, recorded, registered, str(decision), tracking_uri=tracking_uri)
            if decision.promote:
                champions.promote(name, version, tracking_uri=tracking_uri)
                event = {"experiment_id": registered.experiment_id, "model_uri": registered.model_uri}
                event |= {"version": version, "decision": str(decision)}
                context["outlet_events"][champion_asset(name)].extra.update(event)
            say("promote", f"version {version} of {name}{', the champion now' if decision.promote else ''}")
    if not decision.promote:
        raise AirflowSkipException(str(decision))
    return str(decision)


def _champion(name: str, scored: str, own: str, settings: Settings) -> champions.RegisteredChampion | None:
    """Return the champion that was scored; it has to be the champion still, or this run's model instead.

    The latter is left by a try that was interrupted after it had moved the alias.
    """
    found = champions.find_champion(name, tracking_uri=settings.mlflow_tracking_uri)
    now = found.version if found else ""
    if now != scored and not (found and found.experiment_id == own):
        before, after = (f"version {each}" if each else "none" for each in (scored, now))
        raise ChampionChanged(
            f"The champion of {name} was {before} when the models were scored and is {after} now; clear "
            "score_models to compare with it."
        )
    return champions.find_version(name, scored, tracking_uri=settings.mlflow_tracking_uri) if scored else None


def _rule(experiment: Experiment) -> PromotionRule:

    return load_schedule(experiment.schedule).promotion if experiment.schedule else PromotionRule()
