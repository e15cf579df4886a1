package io.jpm.god;

import io.jpm.model.InstanceId;
import java.time.Instant;

/// What never changes of an instance.
///
/// @param id PM2's `process_id`; a process that replaces another has the same
/// @param number its place among the app's instances, from 0
/// @param createdAt when it came into the list, or its counters began anew, for show
/// @param birth what tells it from all others that have or had this id; its pipes and its tag are
///   called after it
record Life(InstanceId id, int number, Instant createdAt, Instant birth) {
  /// Of an instance that takes nobody's place.
  Life(InstanceId id, int number, Instant createdAt) {
    this(id, number, createdAt, createdAt);
  }

  /// The same place in the list, for another process.
  Life reborn(Instant at) {
    return new Life(id, number, createdAt, at);
  }
}
