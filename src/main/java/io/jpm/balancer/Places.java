package io.jpm.balancer;

import io.jpm.model.AppName;
import io.jpm.model.Balance;
import io.jpm.model.InstanceId;
import io.jpm.model.WorkerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Which way each process goes, its last one where it has none. Owned by the verticle.
final class Places {
  private final Map<WorkerId.Slot, Place> all = new HashMap<>();

  /// One of them.
  ///
  /// @param claim where its app listens by what was said when it was made
  /// @param worker its last process
  /// @param ended whether that has ended
  record Place(Claim claim, WorkerId worker, boolean ended) {
    Balance way() {
      return claim.way();
    }

    AppName app() {
      return claim.app();
    }

    private boolean isFollowedBy(WorkerId other, Claim next) {
      return isOf(next.app())
          && worker.id().equals(other.id())
          && !worker.slot().equals(other.slot());
    }

    private boolean isOf(AppName name) {
      return app().equals(name);
    }
  }

  /// Takes the place for `worker`; gives what was there before.
  Optional<Place> put(WorkerId worker, Claim claim) {
    return Optional.ofNullable(all.put(worker.slot(), new Place(claim, worker, false)));
  }

  Optional<Place> remove(WorkerId worker) {
    return Optional.ofNullable(all.remove(worker.slot()));
  }

  Optional<Place> of(WorkerId worker) {
    return Optional.ofNullable(all.get(worker.slot()));
  }

  /// The last process of an instance, whichever it is while it is being replaced.
  Optional<WorkerId> workerOf(InstanceId id) {
    return all.values().stream()
        .map(Place::worker)
        .filter(worker -> worker.id().equals(id))
        .findFirst();
  }

  void ended(WorkerId worker) {
    all.computeIfPresent(
        worker.slot(),
        (_, place) ->
            place.worker().equals(worker) ? new Place(place.claim(), worker, true) : place);
  }

  boolean has(AppName app) {
    return all.values().stream().anyMatch(place -> place.isOf(app));
  }

  /// Why a process must not be made, for all that its own way can tell.
  ///
  /// @param seen adds to a claim where its app was seen to listen
  Optional<String> refusal(WorkerId worker, Claim claim, UnaryOperator<Claim> seen) {
    return all.values().stream()
        .filter(place -> !place.worker().slot().equals(worker.slot()))
        .flatMap(place -> {
          Claim there = seen.apply(place.claim());
          return place.isFollowedBy(worker, claim)
              ? claim.refusedAfter(there).stream()
              : claim.refusedBeside(there).stream();
        })
        .findFirst();
  }

  /// Those of the same app that went another way, when all of it is restarted and not reloaded.
  List<Place> left(WorkerId worker, Claim claim) {
    boolean reload = all.values().stream().anyMatch(place -> place.isFollowedBy(worker, claim));
    return reload
        ? List.of()
        : all.values().stream()
            .filter(place -> place.isOf(claim.app()) && place.way() != claim.way())
            .toList();
  }
}
