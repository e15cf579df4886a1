package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.process.InstanceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// God's reply to a [GodCommand].
///
/// @param instances the instances that were requested or changed, ordered by id, in their state
///   after the command; deleted instances in their state before it
/// @param problems messages for the user; not empty if the command failed entirely or for some
///   instances
/// @param actionResults the apps' answers to a [GodCommand.Trigger]
/// @param notes messages for the user that do not report failures
/// @param changes for a [GodCommand.Apply]: the change of each app, in the order of the file
/// @param files for [GodCommand.ListFiles]: the process files from which apps were loaded
/// @param restarted for a [GodCommand.Reload]: the instances whose process had to stop before the
///   next one could start
public record GodReply(
    List<InstanceView> instances,
    List<String> problems,
    List<ActionResult> actionResults,
    List<String> notes,
    List<AppChange> changes,
    List<AppFile> files,
    Set<InstanceId> restarted)
    implements BusMessage {
  public GodReply {
    instances = List.copyOf(instances);
    problems = List.copyOf(problems);
    actionResults = List.copyOf(actionResults);
    notes = List.copyOf(notes);
    changes = List.copyOf(changes);
    files = List.copyOf(files);
    restarted = Set.copyOf(restarted);
  }

  /// Creates a reply without restarted instances.
  public GodReply(
      List<InstanceView> instances,
      List<String> problems,
      List<ActionResult> answers,
      List<String> notes,
      List<AppChange> changes,
      List<AppFile> files) {
    this(instances, problems, answers, notes, changes, files, Set.of());
  }

  /// Creates the reply to a reload.
  public static GodReply ofReload(
      List<InstanceView> instances,
      List<String> problems,
      List<String> notes,
      Set<InstanceId> restarted) {
    return new GodReply(instances, problems, List.of(), notes, List.of(), List.of(), restarted);
  }

  /// Creates a reply without changes and files.
  public GodReply(
      List<InstanceView> instances,
      List<String> problems,
      List<ActionResult> answers,
      List<String> notes) {
    this(instances, problems, answers, notes, List.of(), List.of());
  }

  /// Creates the reply to applying a process file.
  public static GodReply ofChanges(
      List<InstanceView> instances, List<String> problems, List<AppChange> changes) {
    return new GodReply(instances, problems, List.of(), List.of(), changes, List.of());
  }

  /// Creates a reply that lists process files.
  public static GodReply ofFiles(List<AppFile> files) {
    return new GodReply(List.of(), List.of(), List.of(), List.of(), List.of(), files);
  }

  /// Creates a reply without notes.
  public GodReply(List<InstanceView> instances, List<String> problems, List<ActionResult> answers) {
    this(instances, problems, answers, List.of());
  }

  /// Creates a reply without answers from apps.
  public GodReply(List<InstanceView> instances, List<String> problems) {
    this(instances, problems, List.of());
  }

  /// Returns a copy of this reply with an additional note.
  public GodReply withNote(String note) {
    List<String> more = new ArrayList<>(notes);
    more.add(note);
    return new GodReply(instances, problems, actionResults, more, changes, files, restarted);
  }

  /// Returns a copy of this reply without notes, for use after they have been shown.
  public GodReply withoutNotes() {
    return new GodReply(instances, problems, actionResults, List.of(), changes, files, restarted);
  }

  /// Returns a copy of this reply with an additional problem.
  public GodReply withProblem(String problem) {
    List<String> more = new ArrayList<>(problems);
    more.add(problem);
    return new GodReply(instances, more, actionResults, notes, changes, files, restarted);
  }

  /// One instance's answer to a custom action.
  ///
  /// @param id the instance
  /// @param json the value that it returned, as JSON
  public record ActionResult(InstanceId id, String json) {}
}
