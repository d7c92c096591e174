/* A page of the preview without a form. */
import "./base.js";
import { follow } from "./preview_follow.js";

follow();
