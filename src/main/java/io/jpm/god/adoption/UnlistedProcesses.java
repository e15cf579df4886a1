package io.jpm.god.adoption;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.god.GodReply;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.instance.Tags;
import io.jpm.god.journal.DurableFile;
import io.jpm.god.journal.Journal;
import io.jpm.god.journal.JournalEntry;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Tracks the running processes that have the tag of the home directory but are not in the list,
/// and whether the list can be trusted. Every process with the tag belongs to the home directory,
/// even if the journal is lost. Confined to GodVerticle's context.
public final class UnlistedProcesses {
  private static final Logger LOG = System.getLogger("jpm.god");
  private static final int MOST_PIDS = 20;

  private final Vertx vertx;
  private final GodContext god;
  private final Registry registry;

  /// Messages about damage to the journal; empty if the list can be trusted.
  private List<String> damage = List.of();

  /// The running main processes that are not in the list, as of the last scan; empty while the list
  /// can be trusted.
  private Map<Tags.InstanceTag, ProcessIdentity> known = Map.of();

  /// Whether an unlisted process has been found since the damage was detected.
  private boolean seen;

  /// The result of the first scan: the running main processes of the home directory, by tag.
  private Future<Map<Tags.InstanceTag, ProcessIdentity>> looked = Future.succeededFuture(Map.of());

  private final TreeTerminator ending;
  private final Journal journal;

  /// The result of terminating unlisted processes.
  ///
  /// @param processes the processes to terminate, by tag
  /// @param left the processes that are still running, by tag
  public record Ended(
      Map<Tags.InstanceTag, List<ProcessIdentity>> processes,
      Map<Tags.InstanceTag, List<ProcessIdentity>> left) {
    /// Returns `reply` with a message about the terminated processes and one about those that are
    /// still running.
    public GodReply told(GodReply reply) {
      List<ProcessIdentity> living = flat(left);
      List<ProcessIdentity> gone = new ArrayList<>(flat(processes));
      gone.removeAll(living);
      GodReply told =
          gone.isEmpty()
              ? reply
              : reply.withNote(
                  "terminated %d %s of this home directory that %s not in the list (%s)"
                      .formatted(
                          gone.size(),
                          gone.size() == 1 ? "process" : "processes",
                          gone.size() == 1 ? "was" : "were",
                          pids(gone)));
      return living.isEmpty()
          ? told
          : told.withProblem(
              "%s of this home directory could not be terminated: run ps to see why"
                  .formatted(pids(living)));
    }

    private static List<ProcessIdentity> flat(Map<Tags.InstanceTag, List<ProcessIdentity>> marked) {
      return marked.values().stream().flatMap(List::stream).toList();
    }
  }

  public UnlistedProcesses(Context context, GodContext god, Registry registry, Journal journal) {
    this.vertx = context.owner();
    this.god = god;
    this.registry = registry;
    this.journal = journal;
    this.ending = new TreeTerminator(context, god.host());
  }

  /// Performs the first scan for running processes of the home directory, and determines whether
  /// the list can be trusted.
  ///
  /// @param found the journal as it was read; its instances are already in the registry
  /// @return the running main processes of the home directory, by tag
  public Future<Map<Tags.InstanceTag, ProcessIdentity>> look(
      DurableFile.ReadResult<JournalEntry.Snapshot> found) {
    damage = damageOf(found);
    looked =
        BlockingCalls.call(vertx, this::tagged)
            .map(tagged -> {
              Map<Tags.InstanceTag, ProcessIdentity> unlistedProcesses = withoutListed(tagged);
              judge(found, unlistedProcesses);
              keep(unlistedProcesses);
              unlistedProcesses.forEach(UnlistedProcesses::warn);
              if (!damage.isEmpty()) {
                journal.changed();
              }
              return tagged;
            });
    return looked;
  }

  private void judge(
      DurableFile.ReadResult<JournalEntry.Snapshot> found,
      Map<Tags.InstanceTag, ProcessIdentity> unlistedProcesses) {
    if (found.content().isEmpty() && damage.isEmpty() && !unlistedProcesses.isEmpty()) {
      damage = List.of(god.home().resolve("state.json") + " is missing");
    } else if (found.content().isPresent() && unlistedProcesses.isEmpty()) {
      // Problems with the files are ignored, because the older version of the journal contains
      // almost everything and no process indicates a loss. A loss that an earlier daemon has
      // recorded remains.
      damage = found.content().get().damage();
    }
  }

  private static List<String> damageOf(DurableFile.ReadResult<JournalEntry.Snapshot> found) {
    List<String> damage =
        new ArrayList<>(found.content().map(JournalEntry.Snapshot::damage).orElse(List.of()));
    damage.addAll(found.problems());
    return List.copyOf(damage);
  }

  /// Completes when the first scan has finished.
  Future<Void> ready() {
    return looked.mapEmpty();
  }

  /// Returns the messages about damage to the list, which the journal must record; empty if the
  /// list can be trusted.
  public List<String> damage() {
    return damage;
  }

  /// Returns the running main processes that are not in the list, by tag. While the list can be
  /// trusted, returns an empty map without a scan.
  Future<Map<Tags.InstanceTag, ProcessIdentity>> present() {
    return damage.isEmpty()
        ? Future.succeededFuture(Map.of())
        : ready()
            .compose(_ -> BlockingCalls.call(vertx, this::tagged))
            .map(tagged -> {
              keep(withoutListed(tagged));
              if (known.isEmpty() && seen) {
                trust();
              }
              return known;
            });
  }

  /// Marks the list as trustworthy: it now contains exactly the apps that the user wants.
  public void trust() {
    if (!damage.isEmpty()) {
      damage = List.of();
      known = Map.of();
      journal.changed();
    }
  }

  /// Marks the list as trustworthy after `jpm resurrect` if it now contains all running processes
  /// of the home directory.
  ///
  /// @return the main processes that are still not in the list
  public Future<Collection<ProcessIdentity>> repaired() {
    return present()
        .map(left -> {
          if (left.isEmpty()) {
            trust();
          }
          return List.copyOf(left.values());
        });
  }

  /// Returns the message about main processes that were not adopted.
  public static String unadoptedMessage(Collection<ProcessIdentity> left) {
    return "%d running %s of this home directory %s not in the list and cannot be assigned to an app (%s): run kill with a pid to stop one process, or jpm kill to stop everything"
        .formatted(
            left.size(),
            left.size() == 1 ? "process" : "processes",
            left.size() == 1 ? "is" : "are",
            pids(left));
  }

  /// Returns a message that explains why the list cannot be trusted and how to fix that; empty if
  /// it can be trusted.
  public Future<Optional<String>> report() {
    return present()
        .map(unlistedProcesses ->
            damage.isEmpty() ? Optional.empty() : Optional.of(sentence(unlistedProcesses)));
  }

  private String sentence(Map<Tags.InstanceTag, ProcessIdentity> unlistedProcesses) {
    String lost = "the list of apps cannot be trusted: " + String.join("; ", damage) + ". ";
    if (unlistedProcesses.isEmpty()) {
      return lost
          + "No app of this home directory is running: run jpm resurrect to restore the saved apps,"
          + " or jpm save to keep the list as it is now";
    }
    return lost
        + ("%d running %s of this home directory %s not in it (%s): run jpm resurrect or jpm start"
                + " to adopt the processes that match an app, or jpm kill to stop everything")
            .formatted(
                unlistedProcesses.size(),
                unlistedProcesses.size() == 1 ? "process" : "processes",
                unlistedProcesses.size() == 1 ? "is" : "are",
                pids(unlistedProcesses.values()));
  }

  /// Terminates every process that has the tag of the home directory, together with its
  /// descendants. Called when the list is empty, so that all these processes are unlisted.
  public Future<Ended> endAll() {
    return BlockingCalls.call(vertx, this::unlisted)
        .compose(found -> {
          Map<String, Tags.InstanceTag> latest = new HashMap<>();
          found
              .keySet()
              .forEach(instanceTag ->
                  latest.merge(
                      instanceTag.own(god.home()),
                      instanceTag,
                      (one, other) -> one.generation() > other.generation() ? one : other));
          List<String> tags =
              latest.values().stream().map(instanceTag -> instanceTag.tag(god.home())).toList();
          return ending
              .terminate(tags)
              .compose(_ ->
                  found.isEmpty()
                      ? Future.succeededFuture(Map.<Tags.InstanceTag, List<ProcessIdentity>>of())
                      : BlockingCalls.call(vertx, this::unlisted))
              .map(left -> {
                if (left.isEmpty()) {
                  trust();
                }
                return new Ended(found, left);
              });
        });
  }

  private Map<Tags.InstanceTag, List<ProcessIdentity>> unlisted() {
    Map<Tags.InstanceTag, List<ProcessIdentity>> marked = new HashMap<>();
    god.host()
        .findAllTagged(Tags.prefix(god.home()))
        .forEach((tag, processes) ->
            Tags.parse(god.home(), tag)
                .ifPresent(instanceTag -> marked.put(instanceTag, processes)));
    return marked;
  }

  /// Returns the pids as text for the user.
  static String pids(Collection<ProcessIdentity> processes) {
    String pids =
        processes.stream()
            .map(ProcessIdentity::pid)
            .sorted()
            .limit(MOST_PIDS)
            .map(pid -> Integer.toString(pid))
            .collect(Collectors.joining(", "));
    return (processes.size() == 1 ? "pid " : "pids ")
        + pids
        + (processes.size() > MOST_PIDS ? ", …" : "");
  }

  private void keep(Map<Tags.InstanceTag, ProcessIdentity> unlistedProcesses) {
    known = damage.isEmpty() ? Map.of() : unlistedProcesses;
    seen |= !known.isEmpty();
    // Reserves the ids of these processes, because each process must keep its id when it is added
    // to the list.
    registry.reserve(
        known.keySet().stream().mapToInt(instanceTag -> instanceTag.id().value()).max().orElse(-1));
  }

  private Map<Tags.InstanceTag, ProcessIdentity> tagged() {
    Map<Tags.InstanceTag, ProcessIdentity> marked = new HashMap<>();
    god.host()
        .findTagged(Tags.prefix(god.home()))
        .forEach((tag, process) ->
            Tags.parse(god.home(), tag).ifPresent(instanceTag -> marked.put(instanceTag, process)));
    return marked;
  }

  private Map<Tags.InstanceTag, ProcessIdentity> withoutListed(
      Map<Tags.InstanceTag, ProcessIdentity> tagged) {
    List<SupervisedInstance> all = registry.ofAllRoles();
    Map<Tags.InstanceTag, ProcessIdentity> unlistedProcesses =
        new TreeMap<>(Tags.InstanceTag.ORDER);
    tagged.forEach((instanceTag, process) -> {
      if (all.stream().noneMatch(supervisedInstance -> supervisedInstance.hasTag(instanceTag))) {
        unlistedProcesses.put(instanceTag, process);
      }
    });
    return unlistedProcesses;
  }

  private static void warn(Tags.InstanceTag instanceTag, ProcessIdentity process) {
    LOG.log(
        Level.WARNING,
        "pid {0}, which an earlier daemon of this home directory started as id {1}, is not in the"
            + " journal and is left running: run jpm ls for advice",
        Integer.toString(process.pid()),
        instanceTag.id());
  }
}
