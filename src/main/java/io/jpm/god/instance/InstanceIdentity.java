package io.jpm.god.instance;

import io.jpm.model.run.InstanceId;
import java.time.Instant;

/// What never changes of an instance.
///
/// @param id PM2's `process_id`; a process that replaces another has the same
/// @param number its place among the app's instances, from 0
/// @param createdAt when it came into the list, or its counters began anew, for show
/// @param birth what tells it from all others that have or had this id; its pipes and its tag are
///   called after it
/// @param secret what its tag ends with, so that nobody can guess it
public record InstanceIdentity(
    InstanceId id, int number, Instant createdAt, Instant birth, TagSecret secret) {
  /// Of a new instance that takes nobody's place.
  public InstanceIdentity(InstanceId id, int number, Instant createdAt) {
    this(id, number, createdAt, createdAt, TagSecret.make());
  }

  /// The same place in the list, for another process.
  public InstanceIdentity reborn(Instant at) {
    return new InstanceIdentity(id, number, createdAt, at, TagSecret.make());
  }
}
