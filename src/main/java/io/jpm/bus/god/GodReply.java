package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.run.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// God's answer.
///
/// @param instances what was asked for or acted on, by id, as it is after the action (for a
///   deletion: as it was before)
/// @param problems sentences for the user; not empty means that the command failed, wholly or for
///   some
/// @param answers what apps have answered to a [GodCommand.Trigger]
/// @param notes sentences for the user that are no failure
/// @param changes what a [GodCommand.Apply] does, one for each app, in the order of the file
/// @param files the process files that apps have come from, for [GodCommand.Files]
/// @param restarted of a [GodCommand.Reload]: whose process had to end before the next one began
public record GodReply(
    List<InstanceView> instances,
    List<String> problems,
    List<Answer> answers,
    List<String> notes,
    List<AppChange> changes,
    List<AppFile> files,
    Set<InstanceId> restarted)
    implements BusMessage {
  public GodReply {
    instances = List.copyOf(instances);
    problems = List.copyOf(problems);
    answers = List.copyOf(answers);
    notes = List.copyOf(notes);
    changes = List.copyOf(changes);
    files = List.copyOf(files);
    restarted = Set.copyOf(restarted);
  }

  /// With nobody restarted in a reload.
  public GodReply(
      List<InstanceView> instances,
      List<String> problems,
      List<Answer> answers,
      List<String> notes,
      List<AppChange> changes,
      List<AppFile> files) {
    this(instances, problems, answers, notes, changes, files, Set.of());
  }

  /// What a reload has done.
  public static GodReply ofReload(
      List<InstanceView> instances,
      List<String> problems,
      List<String> notes,
      Set<InstanceId> restarted) {
    return new GodReply(instances, problems, List.of(), notes, List.of(), List.of(), restarted);
  }

  /// Without changes and files.
  public GodReply(
      List<InstanceView> instances,
      List<String> problems,
      List<Answer> answers,
      List<String> notes) {
    this(instances, problems, answers, notes, List.of(), List.of());
  }

  /// What applying a file does or has done.
  public static GodReply ofChanges(
      List<InstanceView> instances, List<String> problems, List<AppChange> changes) {
    return new GodReply(instances, problems, List.of(), List.of(), changes, List.of());
  }

  /// The files that are known.
  public static GodReply ofFiles(List<AppFile> files) {
    return new GodReply(List.of(), List.of(), List.of(), List.of(), List.of(), files);
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
  public GodReply withNote(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new GodReply(instances, problems, answers, more, changes, files, restarted);
  }

  /// The same, when the notes have been told.
  public GodReply withoutNotes() {
    return new GodReply(instances, problems, answers, List.of(), changes, files, restarted);
  }

  /// The same with one more problem.
  public GodReply failing(String problem) {
    List<String> more = new ArrayList<>(problems);
    more.add(problem);
    return new GodReply(instances, more, answers, notes, changes, files, restarted);
  }

  /// What one instance has answered.
  ///
  /// @param id the instance
  /// @param json the value it gave back
  public record Answer(InstanceId id, String json) {}
}
