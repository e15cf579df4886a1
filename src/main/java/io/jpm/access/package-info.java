/// The access tokens of services. Each token permits a service to use the bridge, with rights that
/// are limited to a role and, optionally, to some apps.
///
/// Start with [io.jpm.access.TokenVerticle]. `TokenStore` verifies and changes tokens; `TokenFile`
/// stores them on the disk, as digests only. The package sends no requests to other components and
/// depends on `model` and `bus`. The bridge uses it to authenticate clients by their secrets.
@NullMarked
package io.jpm.access;

import org.jspecify.annotations.NullMarked;
