/// The messages of the event bus, through which the verticles communicate. [io.jpm.bus.Addresses]
/// is the only list of addresses, [io.jpm.bus.BusMessage] the common supertype of all messages
/// inside the daemon, and [io.jpm.bus.BusCodec] their codec. Messages are immutable records and are
/// passed without a copy.
///
/// No message of this package leaves the process. Where requests and events cross the process
/// boundary (bridge, web), `wire` converts them to JSON. This package depends only on `model` and
/// `wire`.
@NullMarked
package io.jpm.bus;

import org.jspecify.annotations.NullMarked;
