/// Messages about access tokens and the audit log, and the limits for requests and refusals of one
/// peer.
@NullMarked
package io.jpm.bus.access;

import org.jspecify.annotations.NullMarked;
