import { ExperimentsPage } from "./ExperimentsPage";
import { adoptStyles } from "./styles/adopt";
import page from "./styles/page.css";
import experiment from "./styles/experiment.css";

adoptStyles(page);
adoptStyles(experiment);
// Airflow imports this module once and looks for each registered app by its name; both show what their place asks for.
Object.assign(globalThis, { Experiments: ExperimentsPage, Experiment: ExperimentsPage, AirflowPlugin: ExperimentsPage });
