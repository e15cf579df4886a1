/// The access tokens of services: which services may use the bridge besides the owner, and with
/// which rights.
///
/// Start reading at [io.jpm.access.TokenVerticle]. `TokenStore` verifies and changes tokens,
/// `TokenFile` stores them on the disk, as digests only. The package sends no requests to other
/// components and depends on `model` and `bus`; the bridge asks it whether a secret belongs to a
/// token.
@NullMarked
package io.jpm.access;

import org.jspecify.annotations.NullMarked;
