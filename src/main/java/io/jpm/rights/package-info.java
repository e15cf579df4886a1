/// The tokens of services: who may come to the bridge beside the owner, and what they may do.
///
/// Start reading at [io.jpm.rights.RightsVerticle]; `TokenBook` decides, `TokenFile` keeps the
/// tokens on the disk, as digests only. The room asks nobody anything and may know `model` and
/// `bus`; the bridge asks it whether a secret is a token's.
@NullMarked
package io.jpm.rights;

import org.jspecify.annotations.NullMarked;
