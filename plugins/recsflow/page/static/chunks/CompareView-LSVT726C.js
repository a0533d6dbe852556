import"./chunk-6DHFEWGX.js";function e(){return null}export{e as CompareView};
