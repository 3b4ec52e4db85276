"use strict";

/* Nobody is signed in here and the link was opened by hand: go on without asking. */
document.querySelector("form[data-auto]")?.submit();
