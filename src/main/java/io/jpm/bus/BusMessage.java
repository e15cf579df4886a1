package io.jpm.bus;

/// Whatever verticles send each other. All are immutable records; the receiver gets the sender's
/// instance.
public sealed interface BusMessage
    permits Audited,
        BalancerCommand,
        BalancerReply,
        BalancerReport,
        DaemonCommand,
        DoctorCommand,
        DoctorReply,
        GodCommand,
        GodReply,
        Happening,
        HeartbeatCommand,
        HeartbeatReply,
        HistoryCommand,
        HistoryReply,
        HotCommand,
        HotReply,
        KeeperCommand,
        LinesTold,
        LinesWanted,
        LogsCommand,
        LogsReply,
        Pulse,
        SatanCommand,
        SatanReply,
        StoreCommand,
        StoreReply,
        UsageWanted,
        SatanReport {}
