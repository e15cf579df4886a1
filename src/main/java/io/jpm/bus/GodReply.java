package io.jpm.bus;

import java.util.List;

/// God's answer.
///
/// @param instances what was asked for or acted on, by id, as it is after the action (for a
///   deletion: as it was before)
/// @param problems sentences for the user; not empty means that the command failed, wholly or for
///   some
public record GodReply(List<InstanceView> instances, List<String> problems) implements BusMessage {
  public GodReply {
    instances = List.copyOf(instances);
    problems = List.copyOf(problems);
  }
}
