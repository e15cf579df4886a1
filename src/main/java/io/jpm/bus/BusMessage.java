package io.jpm.bus;

/// Whatever verticles send each other. All are immutable records; the receiver gets the sender's
/// instance.
public sealed interface BusMessage
    permits BalancerCommand,
        BalancerReply,
        BalancerReport,
        DaemonCommand,
        GodCommand,
        GodReply,
        HistoryCommand,
        HistoryReply,
        HotCommand,
        HotReply,
        InstanceEvent,
        KeeperCommand,
        LinesTold,
        LinesWanted,
        LogsCommand,
        LogsReply,
        SatanCommand,
        SatanReply,
        SatanReport {}
