import{b as t,d as e}from"./chunk-ZAAQFFUO.js";var a=t(e(),1);function o({what:i}){return(0,a.jsxs)("p",{className:"ex-waiting",role:"status",children:["Reading ",i,"\u2026"]})}export{o as a};
