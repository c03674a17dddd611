{{- /* What is not in the list is a setting of Wheelgate's own, by its name in wheelgate.yaml. */ -}}
{{- define "wheelgate.settings" -}}
{{- $settings := omit .Values "global" "listen" "policies" "env" "replicas" "image" "imagePullSecrets" "nameOverride" "fullnameOverride"
    "persistence" "resources" "service" "ingress" "httpRoute" "networkPolicy" "podDisruptionBudget" "autoscaling" "podMonitor"
    "prometheusRule" "dashboardConfigMap" "serviceAccount" "stopDelay" "podAnnotations" "podLabels" "nodeSelector" "tolerations"
    "affinity" "priorityClassName" "topologySpreadConstraints" "extraVolumes" "extraVolumeMounts" "extraContainers"
    "initContainers" "test" | deepCopy }}
{{- if (.Values.access).existingSecret }}
{{- $_ := set $settings.access "tokens" "/etc/wheelgate/tokens/tokens.yaml" }}
{{- end }}
{{- if (.Values.tls).existingSecret }}
{{- $_ := set $settings.tls "cert" "/etc/wheelgate/tls/tls.crt" }}
{{- $_ := set $settings.tls "key" "/etc/wheelgate/tls/tls.key" }}
{{- end }}
{{- with include "wheelgate.publicUrl" . }}
{{- $_ := set $settings "public-url" . }}
{{- end }}
{{- range $key, $value := $settings }}
{{- if kindIs "map" $value }}
{{- $section := omit $value "existingSecret" }}
{{- if $section }}{{ $_ := set $settings $key $section }}{{ else }}{{ $_ := unset $settings $key }}{{ end }}
{{- end }}
{{- end }}
{{- toYaml $settings }}
{{- end }}

{{- /* The setting, else where the Ingress or the HTTPRoute has it. */ -}}
{{- define "wheelgate.publicUrl" -}}
{{- if index .Values "public-url" }}{{ index .Values "public-url" }}
{{- else if .Values.ingress.enabled }}{{ ternary "https" "http" (not (empty .Values.ingress.tlsSecret)) }}://{{ .Values.ingress.host }}/
{{- else if and .Values.httpRoute.enabled .Values.httpRoute.hostnames }}https://{{ first .Values.httpRoute.hostnames }}/
{{- end }}
{{- end }}

{{- /* Whether replicas tell each other anything; empty where they do not. */ -}}
{{- define "wheelgate.hasRedis" -}}
{{- if or .Values.redis.url .Values.redis.existingSecret }}yes{{ end }}
{{- end }}

{{- /* Whether there may be more than one pod. */ -}}
{{- define "wheelgate.isMany" -}}
{{- if or .Values.autoscaling.enabled (gt (int .Values.replicas) 1) }}yes{{ end }}
{{- end }}

{{- define "wheelgate.hasPolicies" -}}
{{- if or .Values.policies.files .Values.policies.existingConfigMap }}yes{{ end }}
{{- end }}

{{- /* Of HOST:PORT. */ -}}
{{- define "wheelgate.port" -}}
{{- regexFind "[0-9]+$" . }}
{{- end }}

{{- define "wheelgate.scheme" -}}
{{- ternary "https" "http" (not (empty (or (.Values.tls).existingSecret (.Values.tls).cert))) }}
{{- end }}

{{- /* A time such as 30s or 1.5m, in whole seconds. */ -}}
{{- define "wheelgate.seconds" -}}
{{- $unit := dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 "d" 86400.0 }}
{{- mulf (regexFind "^[0-9.]+" .) (get $unit (regexFind "[a-z]+$" .)) | ceil | int }}
{{- end }}

{{- /* The ports that its pods connect to beside DNS, as JSON. */ -}}
{{- define "wheelgate.targetPorts" -}}
{{- $ports := list 443 }}
{{- $urls := list .Values.upstream .Values.s3.endpoint (.Values.feed).url }}
{{- range .Values.upstreams }}{{ $urls = append $urls .url }}{{ end }}
{{- range .Values.webhooks }}{{ $urls = append $urls .url }}{{ end }}
{{- range compact $urls }}
{{- if regexMatch "^https?://[^/]*:[0-9]+(/|$)" . }}
{{- $ports = append $ports (regexFind "^https?://[^/]*:[0-9]+" . | regexFind "[0-9]+$" | int) }}
{{- else if hasPrefix "http://" . }}
{{- $ports = append $ports 80 }}
{{- end }}
{{- end }}
{{- if include "wheelgate.hasRedis" . }}
{{- $ports = append $ports 6379 }}
{{- if eq (.Values.redis.mode | default "") "sentinel" }}{{ $ports = append $ports 26379 }}{{ end }}
{{- range splitList "," (regexReplaceAll "^rediss?://([^@]*@)?|/[0-9]*$" (.Values.redis.url | default "") "") }}
{{- with regexFind ":[0-9]+$" . }}{{ $ports = append $ports (trimPrefix ":" . | int) }}{{ end }}
{{- end }}
{{- end }}
{{- uniq $ports | toJson }}
{{- end }}
