/// Messages about access tokens and the audit log, and the rate limits for requests and refusals.
@NullMarked
package io.jpm.bus.access;

import org.jspecify.annotations.NullMarked;
