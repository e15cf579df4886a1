/// The tokens of services: who may come to the bridge beside the owner, and what they may do.
///
/// Start reading at [io.jpm.access.TokenVerticle]; `TokenStore` decides, `TokenFile` keeps the
/// tokens on the disk, as digests only. The room asks nobody anything and may know `model` and
/// `bus`; the bridge asks it whether a secret is a token's.
@NullMarked
package io.jpm.access;

import org.jspecify.annotations.NullMarked;
