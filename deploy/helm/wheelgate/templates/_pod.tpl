{{- /* What a pod is told beside the file: what is its own, and what is secret. Variables win over the file. */ -}}
{{- define "wheelgate.env" -}}
- { name: WHEELGATE_LISTEN, value: {{ .Values.listen | quote }} }
- { name: WHEELGATE_DATA, value: /var/lib/wheelgate }
{{- if .Values.policies.folder }}
- { name: WHEELGATE_POLICIES, value: {{ .Values.policies.folder | quote }} }
{{- else if include "wheelgate.hasPolicies" . }}
- { name: WHEELGATE_POLICIES, value: /etc/wheelgate/policies }
{{- end }}
{{- if include "wheelgate.hasRedis" . }}
- name: WHEELGATE_REPLICA_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
- { name: WHEELGATE_REPLICA_LISTEN, value: {{ regexReplaceAll "[0-9]+$" .Values.listen "8081" | quote }} }
- name: WHEELGATE_REPLICA_URL
  value: http://$(WHEELGATE_REPLICA_NAME).{{ include "wheelgate.fullname" . }}-replicas.$(POD_NAMESPACE).svc:8081/
- name: WHEELGATE_REPLICA_SECRET
  valueFrom: { secretKeyRef: { name: {{ include "wheelgate.replicaSecretName" . }}, key: secret } }
{{- with .Values.redis.existingSecret }}
{{- range $key, $variable := dict "url" "WHEELGATE_REDIS_URL" "username" "WHEELGATE_REDIS_USERNAME" "password" "WHEELGATE_REDIS_PASSWORD" }}
- name: {{ $variable }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.redis.existingSecret }}, key: {{ $key }}, optional: true } }
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.s3.existingSecret }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.s3.existingSecret }}, key: {{ . }} } }
{{- end }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "wheelgate.mounts" -}}
- { name: data, mountPath: /var/lib/wheelgate }
- { name: tmp, mountPath: /tmp }
- { name: settings, mountPath: /etc/wheelgate/settings, readOnly: true }
{{- if include "wheelgate.hasPolicies" . }}
- { name: policies, mountPath: /etc/wheelgate/policies, readOnly: true }
{{- end }}
{{- if (.Values.access).existingSecret }}
- { name: tokens, mountPath: /etc/wheelgate/tokens, readOnly: true }
{{- end }}
{{- if (.Values.tls).existingSecret }}
- { name: tls, mountPath: /etc/wheelgate/tls, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "wheelgate.volumes" -}}
- name: tmp
  emptyDir: { sizeLimit: 2Gi }
- name: settings
  configMap: { name: {{ include "wheelgate.fullname" . }} }
{{- if include "wheelgate.hasPolicies" . }}
- name: policies
  configMap: { name: {{ include "wheelgate.policiesName" . }} }
{{- end }}
{{- with (.Values.access).existingSecret }}
- name: tokens
  secret: { secretName: {{ . }} }
{{- end }}
{{- with (.Values.tls).existingSecret }}
- name: tls
  secret: { secretName: {{ . }} }
{{- end }}
{{- if not .Values.persistence.enabled }}
- name: data
  emptyDir: { sizeLimit: {{ .Values.persistence.size }} }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
