import type { ReactNode } from "react";

import type { Facets } from "../api/answers";
import { Dropdown } from "../elements/Dropdown";
import { markOf } from "../wording/states";
import { changed, cleared, FACETS, isNarrowed, NARROWED_BY, toggled } from "./filters";
import type { Facet } from "./filters";

const TITLES: Record<Facet, string> = { state: "State", dataset: "Dataset", features: "Features", model: "Model", verdict: "Verdict" };

interface Props {
  facets: Facets | null;
  address: URLSearchParams;
  onChange: (address: URLSearchParams) => void;
}

/** The filters: what values there are, how many experiments each leaves, and which are chosen. */
export function FacetBar({ facets, address, onChange }: Props): ReactNode {
  return (
    <div className="ex-facets" role="group" aria-label="Filters">
      {FACETS.map((facet) => (
        <FacetMenu key={facet} facet={facet} values={facets?.facets[facet] ?? []} address={address} onChange={onChange} />
      ))}
      {NARROWED_BY.filter((name) => address.has(name)).map((name) => (
        <button key={name} type="button" className="ex-button" onClick={() => onChange(changed(address, name, null))}>
          {name.replace("_id", "")}: {address.getAll(name).join(", ")} <span aria-hidden="true">×</span>
          <span className="ex-hidden"> remove this filter</span>
        </button>
      ))}
      {isNarrowed(address) && (
        <button type="button" className="ex-link" onClick={() => onChange(cleared(address))}>
          Clear filters
        </button>
      )}
    </div>
  );
}

interface MenuProps {
  facet: Facet;
  values: { value: string; count: number }[];
  address: URLSearchParams;
  onChange: (address: URLSearchParams) => void;
}

function FacetMenu({ facet, values, address, onChange }: MenuProps): ReactNode {
  const chosen = address.getAll(facet);
  // A chosen value that nothing has any more must still be there to be taken back.
  const gone = chosen.filter((value) => !values.some((known) => known.value === value)).map((value) => ({ value, count: 0 }));
  const all = [...values, ...gone];
  const word = (value: string): string => (facet === "state" ? markOf(value).word : value);
  const label = chosen.length === 0 ? TITLES[facet] : `${TITLES[facet]}: ${chosen.map(word).join(", ")}`;
  return (
    <Dropdown label={label} chosen={chosen.length > 0}>
      {all.length === 0 && <p className="ex-muted">Nothing to choose from</p>}
      {all.map(({ value, count }) => (
        <label key={value} className="ex-choice">
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => onChange(toggled(address, facet, value))} />
          <span>{word(value)}</span>
          <span className="ex-muted">{count}</span>
        </label>
      ))}
    </Dropdown>
  );
}
