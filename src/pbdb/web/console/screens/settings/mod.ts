// Screens that are opened seldom: they come together, when the first of them is.

import "./settings.css";

export { Audit } from "./audit.tsx";
export { Triggers } from "./triggers.tsx";
export { Usage } from "./usage.tsx";
