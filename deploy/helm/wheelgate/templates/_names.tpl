{{- define "wheelgate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* Of every object. Short enough for a pod's number and a service's suffix behind it. */ -}}
{{- define "wheelgate.fullname" -}}
{{- $name := include "wheelgate.name" . }}
{{- $own := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $own .Values.fullnameOverride | trunc 48 | trimSuffix "-" }}
{{- end }}

{{- /* These never change: selectors and volume claims of a StatefulSet cannot be edited. */ -}}
{{- define "wheelgate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "wheelgate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "wheelgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "wheelgate.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "wheelgate.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}
{{- else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end }}
{{- end }}
{{- end }}

{{- define "wheelgate.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "wheelgate.fullname" .) }}
{{- else }}{{ .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "wheelgate.replicaSecretName" -}}
{{- .Values.replica.existingSecret | default (printf "%s-replica" .Release.Name) }}
{{- end }}

{{- define "wheelgate.policiesName" -}}
{{- .Values.policies.existingConfigMap | default (printf "%s-policies" (include "wheelgate.fullname" .)) }}
{{- end }}
