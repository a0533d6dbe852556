import { configure } from "@testing-library/react";

// A slow machine is no fault: what is waited for comes at any speed.
configure({ asyncUtilTimeout: 300_000 });
