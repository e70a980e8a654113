package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.spi.Printable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks name servers for SRV records, by the JDK's JNDI provider. Blocks, for a few seconds where no server answers.
 *
 * @param servers a JNDI URL such as {@code dns://127.0.0.1:5353}; {@code dns:} for the system's
 */
record SrvLookup(String servers) {
    static final SrvLookup SYSTEM = new SrvLookup("dns:");

    private static final int MOST = 256;
    /** Of a record or a message, in logs. */
    private static final int MOST_SHOWN = 200;

    /** What was found, the best priority first. */
    record Found(List<Address> addresses, String problem) {}

    private record Service(int priority, int weight, Address address) {}

    // The factory and the attribute are constants, and the DNS provider hands out text alone: nothing is deserialised.
    @SuppressWarnings({"BanJNDI", "JdkObsolete"})
    Found find(String name) {
        Hashtable<String, String> settings = new Hashtable<>();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(Context.PROVIDER_URL, servers);
        settings.put("com.sun.jndi.dns.timeout.initial", "1000");
        settings.put("com.sun.jndi.dns.timeout.retries", "2");
        try {
            DirContext names = new InitialDirContext(settings);
            try {
                return read(
                        name, names.getAttributes(name, new String[] {"SRV"}).get("SRV"));
            } finally {
                names.close();
            }
        } catch (NamingException | RuntimeException e) { // whatever a name server answers, the node goes on
            return new Found(
                    List.of(),
                    "cannot look up the SRV records of " + name + ": " + Printable.of(e.toString(), MOST_SHOWN));
        }
    }

    private static Found read(String name, @Nullable Attribute records) throws NamingException {
        if (records == null) {
            return new Found(List.of(), name + " has no SRV records");
        }
        List<Service> services = new ArrayList<>();
        String problem = "";
        NamingEnumeration<?> all = records.getAll();
        while (all.hasMore() && services.size() < MOST) {
            String record = String.valueOf(all.next());
            Service service = parse(record);
            if (service == null) {
                problem = name + " has an SRV record that is of no use: " + Printable.of(record, MOST_SHOWN);
            } else {
                services.add(service);
            }
        }
        services.sort(Comparator.comparingInt(Service::priority)
                .thenComparing(Comparator.comparingInt(Service::weight).reversed()));
        return new Found(services.stream().map(Service::address).distinct().toList(), problem);
    }

    /** {@code priority weight port target}, as JNDI prints it; null for what cannot be dialled, such as the target ".". */
    private static @Nullable Service parse(String record) {
        String[] parts = record.strip().split("\\s+");
        if (parts.length != 4 || !(parts[0] + parts[1] + parts[2]).matches("\\d{3,15}")) {
            return null;
        }
        String host = parts[3].endsWith(".") ? parts[3].substring(0, parts[3].length() - 1) : parts[3];
        int port = Integer.parseInt(parts[2]);
        if (host.isEmpty() || port == 0 || port > 65_535) {
            return null;
        }
        try {
            return new Service(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), new Address(host, port));
        } catch (IllegalArgumentException noHost) {
            return null;
        }
    }
}
