/// The access tokens of services. They determine which services besides the owner may use the
/// bridge, and with which rights.
///
/// Start with [io.jpm.access.TokenVerticle]. `TokenStore` verifies and changes tokens; `TokenFile`
/// stores them on the disk, as digests only. The package sends no requests to other components and
/// depends on `model` and `bus`. The bridge asks it whether a secret belongs to a token.
@NullMarked
package io.jpm.access;

import org.jspecify.annotations.NullMarked;
