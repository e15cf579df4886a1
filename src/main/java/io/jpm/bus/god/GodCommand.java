package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.run.Signal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What God can be asked; the answer is always a [GodReply], sent when the instances have settled
/// (started, errored, gone) and the journal has been written.
public sealed interface GodCommand extends BusMessage {
  /// A command that may come again, because the answer to it was lost: the one that has come first
  /// is carried out, and the others get its answer.
  ///
  /// @param key what both have in common, and no other command of the last ten minutes
  /// @param command what is to be done; not one of these
  record Keyed(String key, GodCommand command) implements GodCommand {}

  /// Asks what a command with this key has come to, without carrying out any; a problem when none
  /// is known.
  ///
  /// @param key as of [Keyed]
  record Recall(String key) implements GodCommand {}

  /// Starts apps. A spec whose name is new becomes an app; for a known name `existing` decides.
  ///
  /// @param specs one or more, names unique
  /// @param existing what to do with an app that is there already
  /// @param file the process file that they stand in, absolute, to be remembered with them; empty
  ///   with RESTART: what is remembered stays
  /// @param lasting whether the answer waits until the processes of those that did not run have
  ///   lasted for a moment, and says which have not; of what ran before nobody waits for that
  record StartApps(List<AppSpec> specs, Existing existing, Optional<Path> file, boolean lasting)
      implements GodCommand {
    public StartApps {
      specs = List.copyOf(specs);
    }

    /// Answered as soon as the processes are there.
    public StartApps(List<AppSpec> specs, Existing existing, Optional<Path> file) {
      this(specs, existing, file, false);
    }

    /// Of no file.
    public StartApps(List<AppSpec> specs, Existing existing) {
      this(specs, existing, Optional.empty());
    }
  }

  /// What [StartApps] does with an app that is there already.
  enum Existing {
    /// `jpm start app.js`: refuse when it is running (PM2: "Script already launched"), else start
    /// it anew with the new spec.
    REFUSE_RUNNING,
    /// `jpm start file.json`: take the new spec and restart.
    RESTART,
    /// `jpm start --force app.js`: the same, and whatever file it came from has no part in it any
    /// more.
    REPLACE
  }

  /// Does `action` to every instance that the targets name.
  ///
  /// @param action what to do
  /// @param targets words typed by the user: `all`, `/regex/` on names, a name, a namespace, an id,
  ///   in the order of PM2: an app's name wins over the others
  /// @param shell for START and RESTART with `--update-env`: what the caller's shell hands to
  ///   programs, in place of what the apps have inherited
  /// @param lasting for START, as in [StartApps]
  record Act(
      Action action, List<String> targets, Optional<Map<String, String>> shell, boolean lasting)
      implements GodCommand {
    public Act {
      targets = List.copyOf(targets);
      shell = shell.map(Map::copyOf);
    }

    /// Answered as soon as the processes are there.
    public Act(Action action, List<String> targets, Optional<Map<String, String>> shell) {
      this(action, targets, shell, false);
    }

    /// Without another environment.
    public Act(Action action, List<String> targets) {
      this(action, targets, Optional.empty());
    }
  }

  /// What can be done to instances that exist.
  enum Action {
    /// Start those that are not running; running ones are restarted, as PM2's `start NAME` does.
    START,
    STOP,
    RESTART,
    DELETE
  }

  /// Replaces processes without a gap: a new process beside each that runs, and only when it is
  /// ready the old one is drained and ended (PM2's `reload`). What does not run, or cannot have a
  /// second process beside it, is restarted ([GodReply#restarted]). Of the apps whose new process
  /// does not get ready the old ones stay, and their instances that were not replaced yet are left.
  ///
  /// How it goes is told by [InstanceEvent]s of the kinds `RELOAD`, `RELOAD_FAILED` and
  /// `RELOAD_GAP`.
  ///
  /// @param targets as in [Act]
  /// @param specs apps of a process file, to be reloaded with this description; unknown ones are
  ///   started
  /// @param parallel how many instances of one app at a time, 1 or more
  /// @param shell as in [Act]
  /// @param lasting as in [StartApps], of what is started
  record Reload(
      List<String> targets,
      List<AppSpec> specs,
      int parallel,
      Optional<Map<String, String>> shell,
      boolean lasting)
      implements GodCommand {
    public Reload {
      targets = List.copyOf(targets);
      specs = List.copyOf(specs);
      shell = shell.map(Map::copyOf);
    }

    /// Answered as soon as the processes are there.
    public Reload(
        List<String> targets,
        List<AppSpec> specs,
        int parallel,
        Optional<Map<String, String>> shell) {
      this(targets, specs, parallel, shell, false);
    }
  }

  /// Gives an app more or fewer instances (PM2's `scale`). Instances that go are drained.
  ///
  /// @param target a name or id
  /// @param how to how many, or how many more
  /// @param number as `how` says; at least one instance must be left
  /// @param lasting as in [StartApps]
  record Scale(String target, Step how, int number, boolean lasting) implements GodCommand {
    /// Answered as soon as the processes are there.
    public Scale(String target, Step how, int number) {
      this(target, how, number, false);
    }

    /// What the number means.
    public enum Step {
      /// To so many.
      TO,
      /// So many more, or fewer where it is negative.
      BY
    }
  }

  /// Shows instances as they are.
  ///
  /// @param targets as in [Act]; empty: all, and no problem when there are none
  record Show(List<String> targets) implements GodCommand {
    public Show {
      targets = List.copyOf(targets);
    }
  }

  /// Sends a custom action to apps over their channels (PM2's `trigger`). The reply holds one
  /// [GodReply.Answer] for each instance that has answered.
  ///
  /// @param targets as in [Act]
  /// @param action the name under which the app has registered it
  /// @param parameter what the app gets with it
  record Trigger(List<String> targets, String action, Optional<String> parameter)
      implements GodCommand {
    public Trigger {
      targets = List.copyOf(targets);
    }
  }

  /// Puts a message into the channels of apps.
  ///
  /// @param targets as in [Act]
  /// @param json one JSON value, without line feeds
  record Send(List<String> targets, String json) implements GodCommand {
    public Send {
      targets = List.copyOf(targets);
    }
  }

  /// Writes to the standard input of one instance (PM2's `send`).
  ///
  /// @param target an id, or another word for one instance
  /// @param text with the end of the line; bytes as in [io.jpm.model.text.ByteText]
  record Type(String target, String text) implements GodCommand {}

  /// Signals the main processes of instances, and nothing else changes (PM2's `sendSignal`).
  ///
  /// @param targets as in [Act]
  /// @param signal which
  record SendSignal(List<String> targets, Signal signal) implements GodCommand {
    public SendSignal {
      targets = List.copyOf(targets);
    }
  }

  /// Forgets how often instances were started again, and takes them for created now (PM2's
  /// `reset`).
  ///
  /// @param targets as in [Act]
  record Reset(List<String> targets) implements GodCommand {
    public Reset {
      targets = List.copyOf(targets);
    }
  }

  /// Has an app described otherwise in some respects. Its processes go on; what they are made with
  /// counts from their next start.
  ///
  /// @param app which
  /// @param wanted says what is to be new
  /// @param keys the attributes that are taken from it, by their names in a process file
  record Alter(AppName app, AppSpec wanted, Set<String> keys) implements GodCommand {
    public Alter {
      keys = Set.copyOf(keys);
    }
  }

  /// Writes the list of apps to `dump.json`, for [Resurrect] (PM2's `save`).
  ///
  /// @param force also when the list is empty and the file is not
  record Save(boolean force) implements GodCommand {}

  /// Empties `dump.json` (PM2's `cleardump`).
  record ClearDump() implements GodCommand {}

  /// Starts the apps of `dump.json` that are not in the list (PM2's `resurrect`). Those that were
  /// stopped when it was written come into the list and stay stopped.
  ///
  /// @param lasting as in [StartApps]
  record Resurrect(boolean lasting) implements GodCommand {
    /// Answered as soon as the processes are there.
    public Resurrect() {
      this(false);
    }
  }

  /// Has apps be as a process file describes them, with as little as that takes: what is as
  /// described is left alone, and what a person has stopped stays stopped. What was given up and is
  /// described otherwise is started. Apps come in the order of their dependencies; one that fails
  /// does not stop the others. The reply says what was done about each ([GodReply#changes]).
  ///
  /// @param specs the apps, names unique
  /// @param file where they stand, absolute; empty: nowhere
  /// @param prune whether apps that have come from `file` and are not among `specs` are deleted
  /// @param again whether to start also what was given up and is as described
  /// @param dry whether only to say what would be done
  /// @param lasting as in [StartApps]
  record Apply(
      List<AppSpec> specs,
      Optional<Path> file,
      boolean prune,
      boolean again,
      boolean dry,
      boolean lasting)
      implements GodCommand {
    public Apply {
      specs = List.copyOf(specs);
    }

    /// Answered as soon as the processes are there.
    public Apply(
        List<AppSpec> specs, Optional<Path> file, boolean prune, boolean again, boolean dry) {
      this(specs, file, prune, again, dry, false);
    }
  }

  /// The process files that apps have come from, in [GodReply#files].
  record Files() implements GodCommand {}

  /// Remembers for the next daemon too whether, and how, a process file is read again when it
  /// changes. A file of which no app is in the list is not remembered.
  ///
  /// @param file the file, with the apps that have come from it just now
  record WatchFile(AppFile file) implements GodCommand {}

  /// A watched process file has changed and cannot be applied: this is told of its apps.
  ///
  /// @param file the file
  /// @param problems one or more sentences
  record FileFailed(Path file, List<String> problems) implements GodCommand {
    public FileFailed {
      problems = List.copyOf(problems);
    }
  }

  /// Asks nothing: an answer says that God is alive.
  record Ping() implements GodCommand {}

  /// Stops and forgets every app: `jpm kill` is about to end the daemon.
  record EndEverything() implements GodCommand {}
}
