/// What the verticles say to each other. [io.jpm.bus.Addresses] is the one list of addresses,
/// [io.jpm.bus.BusMessage] the root of everything sent inside the daemon, [io.jpm.bus.BusCodec] the
/// one codec: immutable records, handed over as they are.
///
/// Nothing here leaves the process; at the edges (bridge, web) `wire` turns it into JSON. The room
/// knows `model` and `wire`.
@NullMarked
package io.jpm.bus;

import org.jspecify.annotations.NullMarked;
