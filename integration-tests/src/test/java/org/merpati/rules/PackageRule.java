package org.merpati.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a package must hold: few types, and for main code a package-info. */
final class PackageRule {
    static final int TYPES = 30;

    private PackageRule() {}

    static List<Finding> check(List<Source> sources) {
        Map<String, List<Source>> packages = sources.stream()
                .collect(Collectors.groupingBy(source -> folder(source.path()), TreeMap::new, Collectors.toList()));
        List<Finding> findings = new ArrayList<>();
        packages.forEach((folder, members) -> {
            long types =
                    members.stream().filter(source -> !source.isPackageInfo()).count();
            if (types > TYPES) {
                findings.add(new Finding(folder, 1, "package-size", "The package has " + types + " types."));
            }
            if (members.get(0).isMain() && members.stream().noneMatch(Source::isPackageInfo)) {
                findings.add(new Finding(folder, 1, "package-info", "The package has no package-info.java."));
            }
        });
        return findings;
    }

    private static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }
}
