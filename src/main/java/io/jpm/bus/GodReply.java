package io.jpm.bus;

import io.jpm.model.InstanceId;
import java.util.ArrayList;
import java.util.List;

/// God's answer.
///
/// @param instances what was asked for or acted on, by id, as it is after the action (for a
///   deletion: as it was before)
/// @param problems sentences for the user; not empty means that the command failed, wholly or for
///   some
/// @param answers what apps have answered to a [GodCommand.Trigger]
/// @param notes sentences for the user that are no failure
public record GodReply(
    List<InstanceView> instances, List<String> problems, List<Answer> answers, List<String> notes)
    implements BusMessage {
  public GodReply {
    instances = List.copyOf(instances);
    problems = List.copyOf(problems);
    answers = List.copyOf(answers);
    notes = List.copyOf(notes);
  }

  /// Without notes.
  public GodReply(List<InstanceView> instances, List<String> problems, List<Answer> answers) {
    this(instances, problems, answers, List.of());
  }

  /// Without answers of apps.
  public GodReply(List<InstanceView> instances, List<String> problems) {
    this(instances, problems, List.of());
  }

  /// The same with one more note.
  public GodReply noting(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new GodReply(instances, problems, answers, more);
  }

  /// What one instance has answered.
  ///
  /// @param id the instance
  /// @param json the value it gave back
  public record Answer(InstanceId id, String json) {}
}
