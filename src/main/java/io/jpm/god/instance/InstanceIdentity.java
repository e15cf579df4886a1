package io.jpm.god.instance;

import io.jpm.model.process.InstanceId;
import java.time.Instant;

/// The immutable identity of an instance.
///
/// @param id PM2's `process_id`; a process that replaces another has the same id
/// @param number index among the app's instances, from 0
/// @param createdAt when the instance was added to the list, or its counters were reset; for
///   display
/// @param incarnation distinguishes the instance from all others that have or had this id; part of
///   the names of its pipes and of its process tag
/// @param secret the unpredictable last part of the process tag
public record InstanceIdentity(
    InstanceId id, int number, Instant createdAt, Instant incarnation, TagSecret secret) {
  /// Creates the identity of a new instance that does not replace another.
  public InstanceIdentity(InstanceId id, int number, Instant createdAt) {
    this(id, number, createdAt, createdAt, TagSecret.make());
  }

  /// Returns the identity of a replacement with the same id and number.
  public InstanceIdentity forReplacement(Instant at) {
    return new InstanceIdentity(id, number, createdAt, at, TagSecret.make());
  }
}
