package org.merpati.mta;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.merpati.directory.Account;
import org.merpati.directory.People;
import org.merpati.kernel.Address;
import org.merpati.kernel.Refused;

/** Whom addresses mean: aliases are expanded, and nobody gets a message twice. */
final class Recipients {
    private static final int DEPTH = 10;
    private static final int LIMIT = 2000;

    /** A recipient; with an account if it is ours. */
    record Target(Address address, Optional<Account> account) {}

    private final People people;
    private final Map<String, Target> targets = new LinkedHashMap<>();

    Recipients(People people) {
        this.people = people;
    }

    /**
     * Expands an address.
     *
     * @return whether it, or one of those that it stands for, can be delivered to
     * @throws Refused if it stands for too many
     */
    boolean add(Address address) {
        return add(address, DEPTH);
    }

    private boolean add(Address address, int depth) {
        return switch (people.resolve(address)) {
            case People.Resolved.Local local -> keep(new Target(address, Optional.of(local.account())));
            case People.Resolved.Outside outside -> keep(new Target(address, Optional.empty()));
            case People.Resolved.Unknown unknown -> false;
            case People.Resolved.Several several -> {
                boolean any = false;
                for (Address target : depth == 0 ? List.<Address>of() : several.targets()) {
                    any |= add(target, depth - 1);
                }
                yield any;
            }
        };
    }

    private boolean keep(Target target) {
        String key = target.account()
                .map(a -> a.id().toString())
                .orElse(target.address().key());
        targets.putIfAbsent(key, target);
        if (targets.size() > LIMIT) {
            throw new Refused(
                    Refused.Reason.LIMIT,
                    "the recipients stand for more than " + LIMIT + " mailboxes, the most a mail may");
        }
        return true;
    }

    /** All, in the order of their first mention. */
    List<Target> all() {
        return List.copyOf(targets.values());
    }

    /** Whether an address is an account's own or an alias that leads to it. */
    static boolean means(People people, Address address, Account account) {
        Recipients recipients = new Recipients(people);
        recipients.add(address);
        return recipients.all().stream()
                .anyMatch(t ->
                        t.account().filter(a -> a.id().equals(account.id())).isPresent());
    }
}
