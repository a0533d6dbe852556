import{a as e,c as o}from"./chunk-BNOTJ6TY.js";import{b as t}from"./chunk-6DHFEWGX.js";var i=t(e(),1);function m({id:r}){return(0,i.jsx)(o,{tone:"calm",title:r})}export{m as ExperimentView};
