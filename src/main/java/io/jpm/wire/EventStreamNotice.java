package io.jpm.wire;

import io.vertx.core.json.JsonObject;

/// A message about the event stream itself, which a subscriber receives instead of events. It has
/// no `seq`, and its `event` is not one of those in [EventMessage].
public sealed interface EventStreamNotice {
  /// Events are missing at this position because they are no longer stored. The JSON form is
  /// `{"v":1,"event":"gap","after":4711,"forgotten":120}`.
  ///
  /// @param after the sequence number of the last event before the gap
  /// @param forgotten how many of the following sequence numbers are no longer stored; in a
  ///   subscription to a single app, this includes the events of other apps
  record Gap(long after, long forgotten) implements EventStreamNotice {}

  /// The home has never reached the requested sequence number, for example because it was deleted
  /// and created again. All stored events follow. The JSON form is
  /// `{"v":1,"event":"reset","after":4711,"last":12}`.
  ///
  /// @param after the requested sequence number
  /// @param last the greatest sequence number in the home; 0 if there are no events
  record Reset(long after, long last) implements EventStreamNotice {}

  /// Returns the JSON form.
  default JsonObject toJson() {
    return switch (this) {
      case Gap(long after, long forgotten) ->
          begin("gap").put("after", after).put("forgotten", forgotten);
      case Reset(long after, long last) -> begin("reset").put("after", after).put("last", last);
    };
  }

  private static JsonObject begin(String event) {
    return new JsonObject().put("v", 1).put("event", event);
  }
}
